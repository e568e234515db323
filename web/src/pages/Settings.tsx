/** What belongs to the workspace and not to a run: what it takes, its trash, who may come in, the server itself. */

import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../api/queries";
import { storageQuery } from "../api/workspace";
import { Skeleton } from "../parts/Failure";
import { late } from "../parts/late";
import { type Tab, Tabs } from "../parts/Tabs";
import { useTitle } from "../parts/title";
import { oneOf } from "../url/text";
import { useTexts } from "../url/useTexts";
import "../look/settings.css";

const waiting = () => <Skeleton lines={6} />;
const StorageSettings = late(() => import("./StorageSettings").then((one) => one.StorageSettings), waiting);
const TrashSettings = late(() => import("./TrashSettings").then((one) => one.TrashSettings), waiting);
const TokenSettings = late(() => import("./TokenSettings").then((one) => one.TokenSettings), waiting);
const ServerSettings = late(() => import("./ServerSettings").then((one) => one.ServerSettings), waiting);

export function SettingsPage() {
  useTitle("Settings");
  const [texts, change] = useTexts();
  const me = useQuery(meQuery);
  const storage = useQuery(storageQuery);
  const things = storage.data?.trash.things;
  const tabs: Tab[] = [
    { id: "storage", label: "Storage" },
    { id: "trash", label: "Trash", ...(things ? { count: things } : {}) },
    { id: "tokens", label: "Tokens and members" },
    { id: "server", label: "Server" },
  ];
  const tab = oneOf(
    texts.tab,
    tabs.map((one) => one.id),
    "storage",
  );
  return (
    <div className="settings">
      <div className="run-title">
        <h1>Settings</h1>
        {me.data !== undefined && <span className="dim">workspace {me.data.workspace}</span>}
      </div>
      <Tabs
        tabs={tabs}
        chosen={tab}
        onChoose={(id) => change({ tab: id === "storage" ? undefined : id })}
        label="Settings"
      />
      <div className="tab-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
        {tab === "storage" && <StorageSettings />}
        {tab === "trash" && <TrashSettings />}
        {tab === "tokens" && <TokenSettings />}
        {tab === "server" && <ServerSettings />}
      </div>
    </div>
  );
}
