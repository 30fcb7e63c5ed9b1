// Loads the page again, unless somebody has paused that; says when nobody writes it any more.
(() => {
  const { every, written } = document.documentElement.dataset;
  const box = document.getElementById("refresh");
  if (!box) return;
  const key = "paused:" + location.pathname;
  const kept = (act) => { try { return act(sessionStorage); } catch { return null; } };
  box.checked = kept((store) => store.getItem(key)) !== "yes";
  box.addEventListener("change", () => kept((store) => store.setItem(key, box.checked ? "no" : "yes")));
  const look = (mayReload) => {
    const age = Math.round(Date.now() / 1000 - Number(written));
    if (age > 4 * Number(every) + 20) {
      document.getElementById("stale").hidden = false;
      document.getElementById("age").textContent = String(age);
    }
    if (mayReload && box.checked) location.reload();
  };
  setInterval(() => look(true), Number(every) * 1000);
  look(false);
})();
