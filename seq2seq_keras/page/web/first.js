// Runs before anything is painted, so that no page in another language or in other
// colours flashes up. What was chosen before is read here, and kept by texts.js and page.js.
(() => {
  const root = document.documentElement;
  const remembered = (name) => {
    try {
      return localStorage.getItem(`seq2seq_keras.${name}`);
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  if (location.protocol === "file:") root.dataset.file = ""; // the page itself does not run then
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = [remembered("language"), ...navigator.languages].filter(Boolean);
  const known = wanted.map((language) => language.slice(0, 2)).find((language) => ["en", "ko"].includes(language));
  root.lang = known ?? "en";
})();
