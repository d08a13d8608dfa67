/** How an app uses a source: code to copy. `OPENAI_BASE_URL` and `OPENAI_API_KEY` are set as on the start page. */
export const USE_LANGUAGES = ['javascript', 'python', 'curl'] as const;
export type UseLanguage = (typeof USE_LANGUAGES)[number];

const MODEL = 'gpt-4o-mini';

type Used = { id: string; question: string };

const ANSWERING: Record<UseLanguage, (used: Used) => string> = {
  javascript: ({ id, question }) => `import OpenAI from 'openai';

const client = new OpenAI();
const answer = await client.responses.create({
  model: '${MODEL}',
  input: ${JSON.stringify(question)},
  tools: [{ type: 'file_search', vector_store_ids: ['${id}'] }],
});
console.log(answer.output_text);`,
  python: ({ id, question }) => `from openai import OpenAI

client = OpenAI()
answer = client.responses.create(
    model="${MODEL}",
    input=${JSON.stringify(question)},
    tools=[{"type": "file_search", "vector_store_ids": ["${id}"]}],
)
print(answer.output_text)`,
  curl: ({ id, question }) => `curl "$OPENAI_BASE_URL/responses" \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({
    model: MODEL,
    input: question,
    tools: [{ type: 'file_search', vector_store_ids: [id] }],
  })}'`,
};

const SEARCHING: Record<UseLanguage, (used: Used) => string> = {
  javascript: ({ id, question }) => `const found = await client.vectorStores.search('${id}', {
  query: ${JSON.stringify(question)},
  max_num_results: 5,
});
for (const { filename, score, content } of found.data) {
  console.log(score, filename, content[0].text);
}`,
  python: ({ id, question }) => `found = client.vector_stores.search(
    vector_store_id="${id}",
    query=${JSON.stringify(question)},
    max_num_results=5,
)
for hit in found.data:
    print(hit.score, hit.filename, hit.content[0].text)`,
  curl: ({ id, question }) => `curl "$OPENAI_BASE_URL/vector_stores/${id}/search" \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({ query: question, max_num_results: 5 })}'`,
};

/** Code in which the model searches the source by itself (`answer`), or the app does (`search`). */
export function toUseSnippet(way: 'answer' | 'search', language: UseLanguage, used: Used): string {
  return (way === 'answer' ? ANSWERING : SEARCHING)[language](used);
}
