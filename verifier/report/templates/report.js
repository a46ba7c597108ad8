(() => {
  const bar = document.querySelector(".filters");
  const buttons = [...bar.querySelectorAll("button")];
  const cards = [...document.querySelectorAll(".card")];
  const holders = [...document.querySelectorAll(".in-article, .article")];

  function show(group) {
    document.body.dataset.show = group;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === group));
    }
    for (const card of cards) card.hidden = group !== "all" && card.dataset.show !== group;
    for (const holder of holders) {
      holder.hidden = group !== "all" && !holder.querySelector(".card:not([hidden])");
    }
  }

  // A link from the index leads to its claim even where the filter hides it.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      show("all");
      target.scrollIntoView();
    }
  }

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.show);
  });
  addEventListener("hashchange", reveal);
  bar.hidden = false;
})();
