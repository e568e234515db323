/** A look at an artifact. Nothing in it runs: pictures are pixels, texts are texts, and HTML is shut in a frame without scripts. */

import { useQuery } from "@tanstack/react-query";
import { type Artifact, objectQuery } from "../api/queries";
import { bytes, count, short } from "../look/numbers";
import { Copy } from "./Copy";
import { Failure, Skeleton } from "./Failure";
import { cellText, parseTable, TABLE_TYPE, type Table } from "./tableDocument";

const PICTURES = /^image\/(png|jpeg|gif|webp|bmp|avif)$/;
const MOST_BYTES = 4 << 20;
const MOST_SIGNS = 200_000;
const MOST_ROWS = 200;

export function Preview({ artifact, source }: { artifact: Artifact; source: string | null }) {
  const type = (artifact.media_type ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (artifact.sha256 === null) {
    if (artifact.value === null) return <p className="dim">Not uploaded yet.</p>;
    return <Value value={artifact.value} />;
  }
  if (source !== null && PICTURES.test(type)) {
    return (
      <a href={source} target="_blank" rel="noreferrer">
        <img className="picture" src={source} alt={artifact.caption ?? artifact.name} />
      </a>
    );
  }
  const isText = /^text\/|json|xml|yaml|toml|csv|javascript|x-sh/.test(type);
  if (!isText) return <p className="dim">No preview of {type === "" ? "files of this kind" : type}.</p>;
  if ((artifact.size_bytes ?? 0) > MOST_BYTES) {
    return <p className="dim">{bytes(artifact.size_bytes ?? 0)} are too many to show here; download it.</p>;
  }
  return <TextPreview sha256={artifact.sha256} type={type} name={artifact.name} />;
}

function Value({ value }: { value: string }) {
  const isLink = /^https?:\/\//.test(value);
  return (
    <p className="artifact-value">
      {isLink ? (
        <a href={value} target="_blank" rel="noreferrer noopener">
          {value}
        </a>
      ) : (
        <code>{value}</code>
      )}{" "}
      <Copy text={value} what="the value" />
    </p>
  );
}

function TextPreview({ sha256, type, name }: { sha256: string; type: string; name: string }) {
  const text = useQuery({
    queryKey: ["text", sha256],
    queryFn: async ({ client }) => (await client.fetchQuery(objectQuery(sha256))).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (text.isError)
    return <Failure what="The artifact can't be read." error={text.error} retry={() => void text.refetch()} />;
  if (text.data === undefined) return <Skeleton lines={8} label="Reading the artifact" />;
  if (type === TABLE_TYPE) return <TablePreview text={text.data} />;
  if (type === "text/html") return <iframe className="sandbox" sandbox="" srcDoc={text.data} title={name} />;
  const shown = type.includes("json") ? indented(text.data) : text.data;
  return (
    <>
      <pre className="text-preview">{shown.slice(0, MOST_SIGNS)}</pre>
      {shown.length > MOST_SIGNS && <p className="dim">and {count(shown.length - MOST_SIGNS)} characters more</p>}
    </>
  );
}

function indented(text: string): string {
  if (text.length > MOST_SIGNS) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function TablePreview({ text }: { text: string }) {
  let table: Table;
  try {
    table = parseTable(text);
  } catch (error) {
    return <Failure what="The table can't be read." error={error} />;
  }
  const rows = Math.min(table.rows, MOST_ROWS);
  return (
    <div className="wide-table">
      <table className="data-table">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.name} className={column.isNumber ? "number" : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr key={row}>
              {table.columns.map((column) => {
                const value = column.values[row];
                return (
                  <td key={column.name} className={column.isNumber ? "number" : undefined} title={cellText(value)}>
                    {typeof value === "number" ? short(value) : cellText(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows > rows && <p className="dim">and {count(table.rows - rows)} rows more</p>}
    </div>
  );
}
