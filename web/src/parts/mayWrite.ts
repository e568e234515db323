/** Whether who is looking may change anything. */

import { useQuery } from "@tanstack/react-query";
import { isExported } from "../api/exported";
import { meQuery } from "../api/queries";

/** False until it is known, and in a saved page, which nobody would be told of. */
export function useMayWrite(): boolean {
  const me = useQuery({ ...meQuery, enabled: !isExported() });
  return !isExported() && me.data !== undefined && me.data.role !== "viewer";
}
