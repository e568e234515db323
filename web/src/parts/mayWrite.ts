/** Whether who is looking may change anything. */

import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../api/queries";

/** False until it is known. */
export function useMayWrite(): boolean {
  const me = useQuery(meQuery);
  return me.data !== undefined && me.data.role !== "viewer";
}
