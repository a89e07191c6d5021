// Why there is no translation.

// Where nobody says after how many seconds to try again.
const PATIENCE = 2;

/** `kind` is what the page has a sentence for, as `error_KIND`. */
export class ServiceError extends Error {
  constructor(kind, message = "", { field = null, retryAfter = PATIENCE } = {}) {
    super(message);
    this.kind = kind;
    this.field = field;
    this.retryAfter = retryAfter || PATIENCE;
  }
}
