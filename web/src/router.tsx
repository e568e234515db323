/** Which page an address means. What stands behind `#` never reaches a server, so the same build opens from disk too. */

import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Failure, Skeleton } from "./parts/Failure";
import { Shell } from "./parts/Shell";
import { parseTexts, type Texts, writeTexts } from "./url/text";

const texts = (search: Record<string, unknown>): Texts => search as Texts;

const root = createRootRoute({ component: Shell, validateSearch: texts, notFoundComponent: Nowhere });

const experiments = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/Experiments"), "ExperimentsPage"),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$name",
  component: lazyRouteComponent(() => import("./pages/Experiment"), "ExperimentPage"),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$uid",
  component: lazyRouteComponent(() => import("./pages/Run"), "RunPage"),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  component: lazyRouteComponent(() => import("./pages/Compare"), "ComparePage"),
});

const lineage = createRoute({
  getParentRoute: () => root,
  path: "/lineage",
  component: lazyRouteComponent(() => import("./pages/Lineage"), "LineagePage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/Settings"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([experiments, experiment, run, compare, lineage, settings]),
  history: createHashHistory(),
  parseSearch: parseTexts,
  stringifySearch: writeTexts,
  defaultPreload: "intent",
  defaultPendingComponent: () => <Skeleton lines={8} />,
  defaultErrorComponent: ({ error, reset }) => (
    <Failure what="This page met something that it did not foresee." error={error} retry={reset} />
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Nowhere() {
  return (
    <div className="empty">
      <h1>Nothing here</h1>
      <p className="dim">The address leads to no page. Runs stand at #/runs/ID, experiments at #/experiments/NAME.</p>
    </div>
  );
}
