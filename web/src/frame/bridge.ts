/**
 * The only script inside a mail's frame: tells the page outside which keys were pressed, which links were clicked and
 * what the policy kept from loading. The frame has an opaque origin, so it can do nothing else.
 */
const outside = window.parent;

if (outside !== window) {
  const say = (message: object): void => outside.postMessage({ mailcatch: 1, ...message }, "*");

  let refused: { url: string; what: string }[] = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    if (refused.push({ url: event.blockedURI, what: event.effectiveDirective }) > 1) return;
    setTimeout(() => {
      say({ refused });
      refused = [];
    });
  });

  const follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest("a, area") : null;
    const href = link?.getAttribute("href") ?? link?.getAttribute("xlink:href");
    if (!href || href.trim().startsWith("#")) return;
    event.preventDefault();
    if (event.isTrusted && event.button < 2) say({ link: href.trim() });
  };
  document.addEventListener("click", follow, true);
  document.addEventListener("auxclick", follow, true);
  document.addEventListener("submit", (event) => event.preventDefault(), true);

  document.addEventListener("keydown", (event) => {
    const { key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
    const target = event.target instanceof Element ? event.target : null;
    if (ctrl || alt || meta || target?.closest("input, textarea, select, [contenteditable]")) return;
    if (key.length > 1 ? key !== "Escape" && key !== "Delete" : key === " ") return;
    event.preventDefault();
    say({ key: { key, shift, ctrl, alt, meta } });
  });
}
