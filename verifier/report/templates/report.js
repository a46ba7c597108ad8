(() => {
  const tools = document.querySelector(".tools");
  if (!tools) return;
  const flat = document.querySelector(".flat");
  const told = tools.querySelector("output");
  const articles = [...document.querySelectorAll(".article")];
  const claims = [...document.querySelectorAll(".claim")].map((node, place) => ({
    node, place,
    item: node.parentElement,
    home: node.parentElement.parentElement,
    article: node.closest(".article").id,
    verdict: `${node.dataset.kind} ${node.classList[1]}`,
  }));
  const homes = new Map(claims.map(({ home }) => [home, [...home.children]]));
  const reading = ["REFUTED", "CONFLICTING_EVIDENCE", "SUPPORTED", "NOT_ENOUGH_EVIDENCE", "NO_VERDICT"];
  const number = (claim, name) => Number(claim.node.dataset[name]);
  const text = (claim, name) => claim.node.dataset[name] ?? "";
  const orders = {
    worth: (a, b) => number(b, "worth") - number(a, "worth"),
    verdict: (a, b) => reading.indexOf(a.node.classList[1]) - reading.indexOf(b.node.classList[1]),
    unsure: (a, b) => number(a, "sure") - number(b, "sure"),
    sure: (a, b) => number(b, "sure") - number(a, "sure"),
    newest: (a, b) => text(b, "day").localeCompare(text(a, "day")),
    // Who has no name comes last.
    speaker: (a, b) => !text(a, "speaker") - !text(b, "speaker") || text(a, "speaker").localeCompare(text(b, "speaker")),
  };

  // Not the paragraph around a claim: that has the words of others.
  const searched = "summary, .why, .reviews, [data-passage]";
  const wordsOf = (node) => [...node.querySelectorAll(searched)].map((part) => part.textContent).join(" ").toLowerCase();

  function fits(claim, asked) {
    const { node } = claim, day = text(claim, "day");
    return (!asked.verdict || claim.verdict === asked.verdict)
      && (!asked.article || claim.article === asked.article)
      && (!asked.speaker || text(claim, "speaker") === asked.speaker)
      && (!asked.from || (day && day >= asked.from))
      && (!asked.to || (day && day <= asked.to))
      && (!asked.seen || ("new" in node.dataset) === (asked.seen === "new"))
      && asked.words.every((word) => (claim.text ??= wordsOf(node)).includes(word));
  }

  function arrange(order) {
    flat.hidden = !order;
    if (order) {
      const sorted = [...claims].sort((a, b) => orders[order](a, b) || a.place - b.place);
      flat.append(...sorted.map((claim) => claim.item));
    } else if (flat.firstChild) {
      for (const [home, items] of homes) home.append(...items);
    }
  }

  let arranged = "";
  function show() {
    const asked = Object.fromEntries(new FormData(tools));
    asked.words = asked.words.toLowerCase().split(/\s+/).filter(Boolean);
    if (asked.order !== arranged) arrange(arranged = asked.order);
    const shown = new Set();
    let n = 0;
    for (const claim of claims) {
      const fit = fits(claim, asked);
      claim.item.hidden = !fit;
      if (fit) { n += 1; shown.add(claim.article); }
    }
    const all = n === claims.length;
    for (const article of articles) {
      article.hidden = Boolean(arranged) || (!all && !shown.has(article.id));
    }
    told.textContent = all ? "" : `${n.toLocaleString("en")} of ${claims.length.toLocaleString("en")} claims`;
  }

  // A link leads to its claim or article even where the filter or the order hides it, and opens the claim.
  function reveal() {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest("[hidden]")) { tools.reset(); show(); }
    const claim = target.closest(".claim"), summary = claim?.querySelector("summary");
    if (claim) {
      claim.open = true;
      summary.focus({ preventScroll: true });
    }
    (summary ?? target).scrollIntoView();
  }

  // A stretch of a strip says under the pointer what it is, and leads there. All of it stands in the list below too.
  addEventListener("mouseover", ({ target }) => {
    if (!target.matches?.(".strip [data-claim]") || target.firstChild) return;
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    const panel = document.getElementById(`claim-${target.dataset.claim}`);
    title.textContent = panel.parentElement.querySelector("summary").textContent;
    target.append(title);
  });
  addEventListener("click", ({ target }) => {
    if (target.matches?.(".strip [data-claim]")) location.hash = `#claim-${target.dataset.claim}`;
  });

  let waiting = 0;
  tools.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  tools.addEventListener("change", show);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(show));
  addEventListener("hashchange", reveal);
  tools.hidden = false;
  show();
  reveal();
})();
