// npm openai: option `baseURL` (or OPENAI_BASE_URL).
import OpenAI from "openai";

const client = (apiKey) => new OpenAI({ baseURL: `${process.env.URL}/v1`, apiKey, maxRetries: 5 });
const input = ["The tram was on time today.", "You are a worthless idiot and a disgusting liar."];
const [calm, rude] = (await client(process.env.KEY).moderations.create({ input })).results;
const wrong = await client("wrong").moderations.create({ input }).then(() => "taken", (error) => error.constructor.name);
console.log(JSON.stringify({ calm: calm.flagged, rude: rude.categories.harassment, unmeasured: rude.categories.sexual, "wrong key": wrong }));
