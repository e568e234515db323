/** The server: what it is, whether it works, who one is there, what holds for the workspace. */

import { useQuery } from "@tanstack/react-query";
import { address } from "../api/client";
import { meQuery } from "../api/queries";
import { healthQuery, storageQuery } from "../api/workspace";
import { bytes, many } from "../look/numbers";
import { Copy } from "../parts/Copy";
import { Failure, Skeleton } from "../parts/Failure";

export function ServerSettings() {
  const health = useQuery(healthQuery);
  const me = useQuery(meQuery);
  const storage = useQuery(storageQuery);
  if (health.isPending || me.isPending) return <Skeleton lines={6} label="Asking the server" />;
  const place = address("/").replace(/\/$/, "");
  return (
    <>
      {health.isError && (
        <Failure what="The server does not work." error={health.error} retry={() => void health.refetch()} />
      )}
      <table className="facts server-facts">
        <tbody>
          <Fact name="Address">
            {place} <Copy text={place} what="the address" />
          </Fact>
          {health.data !== undefined && (
            <>
              <Fact name="State">
                {health.isError ? "not well" : "it and its database answer"}
                {!health.data.writable && ", but nothing can be written"}
              </Fact>
              <Fact name="Version">
                Assay {health.data.version}, API {health.data.api}
                {storage.data?.format != null && `, store format ${storage.data.format}`}
              </Fact>
            </>
          )}
          {me.data !== undefined && (
            <Fact name="You">
              {me.data.name}, {me.data.role} of the workspace {me.data.workspace}
              {me.data.token_id !== "local" && (
                <>
                  {" "}
                  <span className="dim">
                    by the token <code>{me.data.token_id}</code>
                  </span>
                </>
              )}
            </Fact>
          )}
          {storage.data !== undefined && (
            <>
              <Fact name="Runs are kept">
                {storage.data.keep_days === null
                  ? "until somebody deletes them"
                  : `for ${many(storage.data.keep_days, "day")} after they end, unless they have the tag keep; then 30 days in the trash`}
              </Fact>
              <Fact name="Quota">{storage.data.quota_bytes === null ? "none" : bytes(storage.data.quota_bytes)}</Fact>
            </>
          )}
          <Fact name="For programs">
            <a className="link" href={address("/v1/docs")} target="_blank" rel="noreferrer">
              The API
            </a>
            {", "}
            <a className="link" href={address("/v1/openapi.json")} target="_blank" rel="noreferrer">
              its OpenAPI document
            </a>
            {", "}
            <a className="link" href={address("/metrics")} target="_blank" rel="noreferrer">
              metrics for Prometheus
            </a>
          </Fact>
        </tbody>
      </table>
      {storage.isError && (
        <p className="problem" role="alert">
          What holds for the workspace can't be read: {storage.error.message}
        </p>
      )}
      {me.data !== undefined && me.data.token_id !== "local" && <SignOut />}
    </>
  );
}

function SignOut() {
  return (
    <p>
      <button
        type="button"
        className="button"
        onClick={() =>
          void fetch(address("/v1/sign-out"), { method: "POST", credentials: "same-origin" }).then(() =>
            location.reload(),
          )
        }
      >
        Sign out
      </button>
    </p>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  );
}
