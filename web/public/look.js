// Before anything is drawn: the theme that was chosen here, so that nobody is flashed at.
try {
  const chosen = localStorage.getItem("assay.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is shut off; the system's theme is used.
}
