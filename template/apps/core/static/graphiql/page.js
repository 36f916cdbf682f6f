// GraphiQL on this page: it asks this very address, and keeps no token when the page is closed.
const QUERY = `# Ask, and get what you asked for: Ctrl+Space shows what there is.
{
  __typename
}
`;

const headers = JSON.stringify({ Authorization: "" }, null, 2);
const fetcher = GraphiQL.createFetcher({ url: location.pathname });

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: QUERY,
    defaultHeaders: headers,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
  }),
);
