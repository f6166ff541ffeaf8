/** Whose the records are. The page knows no accounts: whoever uses the browser is one and the same person. */
export const owner = "anonymous";
