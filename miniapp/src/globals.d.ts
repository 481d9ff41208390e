/** The API's address, without a path; empty where the app comes from the API's own origin. */
declare const __API__: string;
/** The office that publishes this app; empty where citizens choose. */
declare const __OFFICE__: string;
