/** A button with something below it that Escape and a click elsewhere close. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";

interface Props {
  readonly label: ReactNode;
  readonly title: string;
  readonly children: (close: () => void) => ReactNode;
  readonly className?: string;
  readonly side?: "start" | "end";
}

export function Popover({ label, title, children, className = "button", side = "start" }: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const keyed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", keyed, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", keyed, true);
    };
  }, [isOpen]);
  return (
    <div className="popover" ref={root}>
      <button
        ref={button}
        type="button"
        className={className}
        title={title}
        aria-label={typeof label === "string" ? undefined : title}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen((one) => !one)}
      >
        {label}
      </button>
      {isOpen && (
        <div className={`popover-body popover-${side}`} id={id} role="dialog" aria-label={title}>
          {children(() => setOpen(false))}
        </div>
      )}
    </div>
  );
}
