// Chromium from node_modules, without a network.
//
// `looking(look)` calls look(tab) with a new tab, and resolves to what went wrong meanwhile and which addresses were asked for.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

export async function looking(look) {
  chromium.setGraphicsMode = false;
  const browser = await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: "shell",
    args: ["--no-sandbox", "--no-zygote", "--single-process", "--font-render-hinting=none"],
  });
  const told = { complaints: [], requested: [] };
  try {
    const tab = await browser.newPage();
    await tab.setOfflineMode(true);
    tab.on("console", (message) => told.complaints.push(message.text()));
    tab.on("pageerror", (error) => told.complaints.push(String(error)));
    tab.on("requestfailed", (request) => told.complaints.push(`${request.url()}: ${request.failure().errorText}`));
    tab.on("request", (request) => told.requested.push(request.url()));
    await look(tab);
  } finally {
    await browser.close();
  }
  return told;
}
