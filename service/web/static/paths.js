// Where the pages are: at the root of their host, or below a path of it. This file is in the folder `static` there.

export const ROOT = new URL("..", import.meta.url);

// The address of a path like "/queue".
export const at = (path) => new URL(`.${path}`, ROOT);
