// npm perspective-api-client: its address is a constant, which this changes as `sed` does.
const fs = require("node:fs");

const file = require.resolve("perspective-api-client");
const text = fs.readFileSync(file, "utf8");
fs.writeFileSync(file, text.replace(/https:\/\/commentanalyzer\.googleapis\.com/, process.env.URL));
const Perspective = require("perspective-api-client");
const score = async (words) =>
  (await new Perspective({ apiKey: process.env.KEY }).analyze(words)).attributeScores.TOXICITY.summaryScore.value;
(async () => {
  const [calm, rude] = [await score("The tram was on time today."), await score("You are a worthless idiot and a disgusting liar.")];
  console.log(JSON.stringify({ calm: calm < 0.3, rude: rude > 0.7 }));
})();
