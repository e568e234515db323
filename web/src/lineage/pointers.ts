/** Dragging, the wheel and two fingers, as moves of the camera. */

import { useEffect } from "react";
import { moved, zoomed } from "./camera";
import type { Look } from "./LineageGraph";

/** A pointer that was moved by less still clicks. */
const SLACK_PX = 4;
const WHEEL = 0.0015;
/** What a trackpad says of two fingers comes as small turns of a wheel. */
const PINCH = 0.01;
const LINE_PX = 16;

interface Pointer {
  x: number;
  y: number;
}

/** Have an element's pointers move the camera. */
export function usePointers(frame: React.RefObject<HTMLElement | null>, look: Look): void {
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const pointers = new Map<number, Pointer>();
    let start: Pointer | null = null;
    let isDragging = false;

    const inside = (x: number, y: number) => {
      const box = element.getBoundingClientRect();
      return { x: x - box.left, y: y - box.top };
    };
    const down = (event: PointerEvent) => {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      start = { x: event.clientX, y: event.clientY };
      isDragging = pointers.size > 1;
    };
    const move = (event: PointerEvent) => {
      const last = pointers.get(event.pointerId);
      if (last === undefined || start === null) return;
      const { clientX: x, clientY: y } = event;
      if (!isDragging) {
        if (Math.hypot(x - start.x, y - start.y) < SLACK_PX) return;
        isDragging = true;
        element.classList.add("is-dragging");
      }
      if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      const [dx, dy] = [x - last.x, y - last.y];
      if (other === undefined) look((one) => moved(one, dx, dy));
      else {
        const by = Math.hypot(x - other.x, y - other.y) / Math.max(1, Math.hypot(last.x - other.x, last.y - other.y));
        const at = inside((x + other.x) / 2, (y + other.y) / 2);
        look((one, view) => moved(zoomed(one, by, at, view), dx / 2, dy / 2));
      }
      pointers.set(event.pointerId, { x, y });
    };
    const up = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      if (pointers.size > 0) return;
      element.classList.remove("is-dragging");
      // The click that ends a drag comes right behind, and is none.
      setTimeout(() => {
        isDragging = false;
      });
    };
    const click = (event: MouseEvent) => {
      if (!isDragging) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        look((one) => moved(one, -event.deltaX * unit, 0));
        return;
      }
      const by = Math.exp(-event.deltaY * unit * (event.ctrlKey ? PINCH : WHEEL));
      const at = inside(event.clientX, event.clientY);
      look((one, view) => zoomed(one, by, at, view));
    };
    const dragged = (event: Event) => event.preventDefault();

    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("click", click, true);
    element.addEventListener("dragstart", dragged);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
      element.removeEventListener("click", click, true);
      element.removeEventListener("dragstart", dragged);
      element.removeEventListener("wheel", wheel);
    };
  }, [frame, look]);
}
