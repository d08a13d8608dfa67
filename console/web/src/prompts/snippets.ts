/** How an app calls a prompt: code to copy. */
export const CALL_WAYS = ['responses', 'chat', 'curl'] as const;
export type CallWay = (typeof CALL_WAYS)[number];

type Called = {
  id: string;
  name: string;
  /** '' = whatever the default is; a version number or a label otherwise. */
  version: string;
  variables: readonly string[];
};

/** The snippet in JavaScript, or for the shell; `OPENAI_BASE_URL` and `OPENAI_API_KEY` are set as on the start page. */
export function toCallSnippet(way: CallWay, called: Called): string {
  const { id, name, version, variables } = called;
  const target = version ? `prompt:${name}@${version}` : `prompt:${name}`;
  const filled = Object.fromEntries(variables.map((variable) => [variable, '…']));
  if (way === 'responses') {
    return [
      'const answer = await client.responses.create({',
      '  prompt: {',
      `    id: '${id}',`,
      ...(version ? [`    version: '${version}',`] : []),
      ...(variables.length > 0 ? [`    variables: ${toObject(filled)},`] : []),
      '  },',
      '});',
      'console.log(answer.output_text);',
    ].join('\n');
  }
  const body = {
    model: target,
    messages: [],
    ...(variables.length > 0 ? { prompt_variables: filled } : {}),
  };
  if (way === 'chat') {
    return [
      'const answer = await client.chat.completions.create({',
      `  model: '${target}',`,
      '  messages: [],',
      ...(variables.length > 0 ? [`  prompt_variables: ${toObject(filled)},`] : []),
      '});',
      'console.log(answer.choices[0].message.content);',
    ].join('\n');
  }
  return [
    'curl "$OPENAI_BASE_URL/chat/completions" \\',
    '  -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

const toObject = (values: Record<string, string>): string =>
  `{ ${Object.entries(values)
    .map(([name, value]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`}: '${value}'`)
    .join(', ')} }`;
