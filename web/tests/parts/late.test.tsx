import { act, Component, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { late } from "../../src/parts/late";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

class Held extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    return this.state.error === null ? this.props.children : this.state.error.message;
  }
}

const Named = ({ name }: { name: string }) => <b>{name}</b>;

test("something else stands there until the component has come, and then it is there at once", async () => {
  let come: (component: typeof Named) => void = () => {};
  const Late = late(
    () => new Promise<typeof Named>((resolve) => (come = resolve)),
    ({ name }) => <i>{name} comes</i>,
  );
  const box = document.createElement("div");
  const root = createRoot(box);
  await act(async () => root.render(<Late name="chart" />));
  expect(box.innerHTML).toBe("<i>chart comes</i>");

  await act(async () => come(Named));
  expect(box.innerHTML).toBe("<b>chart</b>");

  const other = document.createElement("div");
  await act(async () => createRoot(other).render(<Late name="again" />));
  expect(other.innerHTML).toBe("<b>again</b>");
});

test("what could not be loaded is asked for again when it is next shown", async () => {
  let calls = 0;
  const Late = late(() => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error("away")) : Promise.resolve(Named);
  });
  const failed = document.createElement("div");
  const root = createRoot(failed, { onCaughtError: () => {} });
  await act(async () =>
    root.render(
      <Held>
        <Late name="first" />
      </Held>,
    ),
  );
  expect(failed.textContent).toBe("away");

  const box = document.createElement("div");
  await act(async () => createRoot(box).render(<Late name="second" />));
  expect(box.innerHTML).toBe("<b>second</b>");
  expect(calls).toBe(2);
});
