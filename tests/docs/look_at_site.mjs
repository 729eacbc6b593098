// Opens the site of the documents from the disk, and prints what a reader sees of it, as JSON.
//
//   node look_at_site.mjs SITE FOLDER
//
// FOLDER gets a screenshot of the first page.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { looking } from "../support/browser.mjs";

const [site, folder] = process.argv.slice(2).map((each) => resolve(each));
const address = (page) => pathToFileURL(join(site, page)).href;
const headings = () => [...document.querySelectorAll("h1, h2")].map((each) => each.firstChild.textContent);
const pages = {};
let found, diagram;
const told = await looking(async (tab) => {
  await tab.setViewport({ width: 1280, height: 900 });
  for (const page of ["index.html", "custom-resource.html"]) {
    await tab.goto(address(page));
    pages[page] = await tab.evaluate(headings);
    if (page === "index.html") await tab.screenshot({ path: join(folder, "index.png") });
  }
  await tab.type(".md-search__input", "promote");
  await tab.waitForSelector(".md-search-result__item a");
  found = await tab.$$eval(".md-search-result__item a", (links) => links.map((each) => each.getAttribute("href")));
  await tab.goto(address("design.html"));
  // Material replaces the code of a diagram by its drawing.
  const drawing = await tab.waitForSelector("div.mermaid");
  diagram = await drawing.boundingBox();
});
console.log(JSON.stringify({ ...told, pages, found, diagram }));
