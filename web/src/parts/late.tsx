/**
 * Components that are loaded when they are first shown. React's own `lazy` shows what it waited for a third of a second
 * late: it keeps what stands there meanwhile for at least 300 ms, so that nothing flickers. Here it is shown at once.
 */

import { type ComponentType, type ReactNode, useEffect, useState } from "react";

type Loaded<Props> = { component: ComponentType<Props> | null; error: unknown };

/**
 * A component that comes when it is needed.
 *
 * @param load Imports it; called once, however often the component stands somewhere.
 * @param waiting What stands in its place until it is here, given the same properties.
 */
export function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: (props: Props) => ReactNode = () => null,
): ComponentType<Props> {
  const known: Loaded<Props> = { component: null, error: null };
  let loading: Promise<void> | null = null;
  const loaded = () => {
    loading ??= load().then(
      (component) => {
        known.component = component;
      },
      (error: unknown) => {
        // Asked for anew when it is next shown: a server that was away is no reason never to show it.
        loading = null;
        throw error;
      },
    );
    return loading;
  };
  // biome-ignore lint/correctness/noComponentHookFactories: made once for a module, as what React.lazy makes is
  return function Late(props: Props) {
    const [{ component: Component, error }, setFound] = useState(known);
    useEffect(() => {
      if (Component !== null) return;
      let isHere = true;
      const show = (error: unknown) => {
        if (isHere) setFound({ component: known.component, error });
      };
      loaded().then(() => show(null), show);
      return () => {
        isHere = false;
      };
    }, [Component]);
    if (error !== null) throw error;
    return Component === null ? waiting(props) : <Component {...props} />;
  };
}
