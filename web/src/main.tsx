/** Where the page begins. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import "./look/tokens.css";
import "./look/base.css";
import "./look/page.css";
import "./look/table.css";
import "./look/charts.css";
import { router } from "./router";

const ATTEMPTS = 3;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 120_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < ATTEMPTS && error instanceof ApiError && error.isPassing,
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
  },
});

const element = document.getElementById("page");
if (element !== null) {
  createRoot(element).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
