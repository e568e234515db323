/** Signing in by a token, where the server asks who one is. */

import { useState } from "react";
import { ask } from "../api/client";
import { useTitle } from "../parts/title";

export function SignIn({ onDone }: { onDone: () => void }) {
  useTitle("Sign in");
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await ask("/v1/sign-in", { body: { token: token.trim() } });
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void send(event)}>
        <h1>Sign in</h1>
        <p className="dim">
          This server asks for a token. Whoever runs it makes one:{" "}
          <code>assay token create --name YOU --role viewer</code>
        </p>
        <label>
          Token
          <input
            className="field"
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            placeholder="assay_…"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        {problem !== "" && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="button button-main" disabled={isBusy || token.trim() === ""}>
          Sign in
        </button>
      </form>
    </main>
  );
}
