/** Who may come in: the tokens of the workspace, new ones, and those that are taken back. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { ApiError, ask, type Schemas } from "../api/client";
import { meQuery } from "../api/queries";
import { type Token, tokensQuery } from "../api/workspace";
import { ago, date, iso } from "../look/times";
import { Confirmation } from "../parts/Confirmation";
import { Copy } from "../parts/Copy";
import { Failure, Skeleton } from "../parts/Failure";
import { useNow } from "../parts/now";

/** The id that stands for this machine's user, who needed no token. */
const LOCAL = "local";
const ROLES = { viewer: "looks", writer: "logs and edits", admin: "deletes for good, makes tokens" } as const;
type Role = keyof typeof ROLES;
const DAY_MS = 86_400_000;

/** Whether a token lets anybody in. */
export function stateOf(token: Token, now_ms: number): "valid" | "expired" | "revoked" {
  if (token.revoked_us !== null) return "revoked";
  return token.expires_us !== null && token.expires_us / 1000 <= now_ms ? "expired" : "valid";
}

export function TokenSettings() {
  const me = useQuery(meQuery);
  const tokens = useQuery({ ...tokensQuery, enabled: me.data?.role === "admin" });
  const [made, setMade] = useState<Schemas["MadeToken"] | null>(null);
  const [isOld, setOld] = useState(false);
  const [going, setGoing] = useState<Token | null>(null);
  const now_ms = useNow();
  if (me.isError) return <Failure what="Who you are can't be read." error={me.error} retry={() => void me.refetch()} />;
  if (me.data === undefined) return <Skeleton lines={5} label="Reading tokens" />;
  if (me.data.role !== "admin") {
    return (
      <p className="note">
        You are signed in as <strong>{me.data.name}</strong>, a {me.data.role}. Tokens are shown to admins, and made by
        them or by who runs the server: <code>assay token create --name NAME --role writer</code>
      </p>
    );
  }
  if (tokens.isError && tokens.data === undefined) {
    return <Failure what="The tokens can't be read." error={tokens.error} retry={() => void tokens.refetch()} />;
  }
  if (tokens.data === undefined) return <Skeleton lines={5} label="Reading tokens" />;
  const isLocal = me.data.token_id === LOCAL;
  const valid = tokens.data.filter((one) => stateOf(one, now_ms) === "valid");
  const shown = isOld ? tokens.data : valid;
  return (
    <>
      {isLocal && (
        <p className="note">
          This server has no members: it lets in the programs of its own user on this machine, and nobody else, without
          a token. The first token changes that: from then on everybody needs one, here too, until the last is revoked.
          To be reached from elsewhere it must also be started on another address:{" "}
          <code>assay server --host 0.0.0.0 …</code>
        </p>
      )}
      {made !== null && <Made made={made} onDone={() => setMade(null)} />}
      <NewToken isFirst={isLocal} onMade={setMade} />
      {tokens.data.length > 0 && (
        <>
          <div className="bar">
            <h2>Tokens</h2>
            <span className="dim">{valid.length} valid</span>
            <span className="spring" />
            {valid.length < tokens.data.length && (
              <label>
                <input type="checkbox" checked={isOld} onChange={(event) => setOld(event.target.checked)} /> also
                revoked and expired
              </label>
            )}
          </div>
          <div className="list-scroll">
            <table className="list">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Role</th>
                  <th className="wide-only">Made</th>
                  <th className="wide-only">Last used</th>
                  <th>Expires</th>
                  <th>
                    <span className="unseen">Acts</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => {
                  const state = stateOf(one, now_ms);
                  return (
                    <tr key={one.id} className={state === "valid" ? undefined : "dim"}>
                      <td>
                        {one.name} <code className="dim">{one.id}</code>
                        {one.id === me.data.token_id && <span className="tag">yours</span>}
                      </td>
                      <td title={ROLES[one.role]}>{one.role}</td>
                      <td className="wide-only" title={iso(one.created_us)}>
                        {ago(one.created_us, now_ms)}
                      </td>
                      <td className="wide-only" title={one.last_used_us === null ? undefined : iso(one.last_used_us)}>
                        {one.last_used_us === null ? "never" : ago(one.last_used_us, now_ms)}
                      </td>
                      <td title={one.expires_us === null ? undefined : iso(one.expires_us)}>
                        {state === "revoked" ? "revoked" : one.expires_us === null ? "never" : date(one.expires_us)}
                        {state === "expired" && ", expired"}
                      </td>
                      <td className="acts">
                        {state === "valid" && (
                          <button type="button" className="link bad" onClick={() => setGoing(one)}>
                            Revoke<span className="unseen"> {one.name}</span>
                          </button>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </>
      )}
      {going !== null && (
        <Revocation
          token={going}
          isOwn={going.id === me.data.token_id}
          isLast={valid.length === 1}
          close={() => setGoing(null)}
        />
      )}
    </>
  );
}

const LASTING = [
  ["", "never"],
  ["7", "in 7 days"],
  ["30", "in 30 days"],
  ["90", "in 90 days"],
  ["365", "in a year"],
  ["day", "on a day …"],
] as const;

function NewToken({ isFirst, onMade }: { isFirst: boolean; onMade: (made: Schemas["MadeToken"]) => void }) {
  const client = useQueryClient();
  const id = useId();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("writer");
  const [lasts, setLasts] = useState("90");
  const [day, setDay] = useState("");
  const make = useMutation<Schemas["MadeToken"], ApiError>({
    mutationFn: async () => {
      const expires_us = expiry(lasts, day, Date.now());
      const body = { name: name.trim(), role: isFirst ? "admin" : role, expires_us };
      const made = await ask<Schemas["MadeToken"]>("/v1/tokens", { body });
      // From the first token on the page needs one as well: it takes this one, or nobody would see its secret.
      if (isFirst) await ask("/v1/sign-in", { body: { token: made.secret } });
      return made;
    },
    onSuccess: (made) => {
      setName("");
      onMade(made);
      void client.invalidateQueries({ queryKey: ["me"] });
      return client.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  return (
    <form
      className="token-form"
      aria-label="New token"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <label htmlFor={`${id}n`}>
        <span className="dim">Who or what it is for</span>
        <input
          id={`${id}n`}
          className="field"
          required
          maxLength={120}
          value={name}
          placeholder="ada's laptop"
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label htmlFor={`${id}r`}>
        <span className="dim">Role</span>
        <select
          id={`${id}r`}
          className="field"
          value={isFirst ? "admin" : role}
          disabled={isFirst}
          title={isFirst ? "The first must be able to make more" : undefined}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {Object.entries(ROLES).map(([one, does]) => (
            <option key={one} value={one}>
              {one}: {does}
            </option>
          ))}
        </select>
      </label>
      <label htmlFor={`${id}e`}>
        <span className="dim">Expires</span>
        <select id={`${id}e`} className="field" value={lasts} onChange={(event) => setLasts(event.target.value)}>
          {LASTING.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {lasts === "day" && (
        <label htmlFor={`${id}d`}>
          <span className="dim">At the end of</span>
          <input
            id={`${id}d`}
            className="field"
            type="date"
            required
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        </label>
      )}
      <button type="submit" className="button button-main" disabled={make.isPending || name.trim() === ""}>
        Make a token
      </button>
      {make.isError && (
        <p className="problem" role="alert">
          {make.error instanceof ApiError ? make.error.message : String(make.error)}
        </p>
      )}
    </form>
  );
}

/** When a token that was made now is refused, in microseconds since 1970; null for never. */
export function expiry(lasts: string, day: string, now_ms: number): number | null {
  if (lasts === "") return null;
  if (lasts !== "day") return Math.round(now_ms + Number(lasts) * DAY_MS) * 1000;
  return new Date(`${day}T23:59:59`).getTime() * 1000;
}

function Made({ made, onDone }: { made: Schemas["MadeToken"]; onDone: () => void }) {
  return (
    <section className="made-token" aria-label="The new token">
      <p>
        The token <strong>{made.token.name}</strong>, a {made.token.role}. It is shown this once; nobody can read it
        again:
      </p>
      <p className="secret">
        <code>{made.secret}</code> <Copy text={made.secret} what="the token" />
      </p>
      <p className="dim">
        A program takes it from <code>ASSAY_TOKEN</code>, or is let in by <code>assay login</code>; in a browser it is
        typed once.
      </p>
      <button type="button" className="button" onClick={onDone}>
        I have it
      </button>
    </section>
  );
}

interface RevocationProps {
  readonly token: Token;
  readonly isOwn: boolean;
  readonly isLast: boolean;
  readonly close: () => void;
}

function Revocation({ token, isOwn, isLast, close }: RevocationProps) {
  const client = useQueryClient();
  const revoke = useMutation<void, ApiError>({
    mutationFn: () => ask(`/v1/tokens/${token.id}`, { method: "DELETE" }),
    onSuccess: () => {
      close();
      void client.invalidateQueries({ queryKey: ["me"] });
      return client.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  return (
    <Confirmation title={`Revoke ${token.name}`} act="Revoke" doing={revoke} close={close}>
      <p>
        Whoever has this token is refused from now on: {token.role}, <code>{token.id}</code>. What they logged stays.
      </p>
      {isOwn && <p>It is the one that you are signed in with: this page will ask for another.</p>}
      {isLast && <p>It is the last one: without any, only programs of the server's own user on its machine come in.</p>}
    </Confirmation>
  );
}
