/** The title of the browser's tab. */

import { useEffect } from "react";

export function useTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts.filter((one) => one !== undefined && one !== ""), "Assay"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
