// The badge of the installed page: how many comments wait. Signed out, there is none.

// Browsers without badges lack the function; others refuse where the page is not installed.
export const badge = (number) => navigator.setAppBadge?.(number).catch(() => {});

if (!document.documentElement.dataset.me) badge(0);
