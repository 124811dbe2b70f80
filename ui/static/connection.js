/* While the server cannot be reached: tells it to screen readers too, and keeps people on their page. A link goes on as
   soon as the server answers; without this the browser would put its own error page in the place of ours. */
addEventListener("DOMContentLoaded", () => {
  const popup = document.getElementById("popup");
  const told = Object.assign(document.createElement("div"), { className: "unseen", role: "status" });
  document.body.append(told);
  const lost = () => popup.ariaHidden === "false";
  new MutationObserver(() => {
    told.textContent = lost() ? popup.textContent.trim() : "";
  }).observe(popup, { attributeFilter: ["aria-hidden"] });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!lost() || !link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    popup.classList.add("urgent");
    fetch("/healthz").then(() => location.assign(link.href), () => setTimeout(() => popup.classList.remove("urgent"), 600));
  }, true);
});
