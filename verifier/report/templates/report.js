(() => {
  const bar = document.querySelector(".filters");
  const buttons = [...bar.querySelectorAll("button")];
  const articles = [...document.querySelectorAll(".article")];

  function show(label) {
    document.body.dataset.show = label;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === label));
    }
    for (const article of articles) {
      const cards = [...article.querySelectorAll(".card")];
      for (const card of cards) card.hidden = label !== "all" && card.dataset.label !== label;
      article.hidden = label !== "all" && cards.every((card) => card.hidden);
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
