// Tells the server the browser's time zone, so that the next page shows times in it.

import { ROOT } from "./paths.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; secure" : "";
if (zone) document.cookie = `greenroom-zone=${zone}; path=${ROOT.pathname}; max-age=31536000; samesite=lax${secure}`;
