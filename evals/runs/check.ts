/** Whether a run can be begun with this source of data, as far as that can be told beforehand. */
import { keptCallFilter } from '../../collector/record/call-filter.ts';
import type { RunDataSource } from '../../collector/record/eval.ts';
import { AppError } from '../../errors.ts';
import { findTemplateFault, toContentText } from '../graders/scope.ts';

const invalid = (param: string, message: string): AppError =>
  new AppError('invalid_body', `${param}: ${message}`, { param });

/** @throws AppError invalid_body that names what is wrong */
export function checkDataSource(source: RunDataSource): void {
  if (source.source.type === 'calls') {
    const filter = keptCallFilter.safeParse(source.source.filter);
    const issue = filter.success ? undefined : filter.error.issues[0];
    if (issue)
      throw invalid(`data_source.source.filter.${issue.path.join('.')}`.replace(/\.$/, ''), issue.message);
  }
  if (source.type === 'jsonl') return;
  const texts =
    source.input_messages?.type === 'template' ? source.input_messages.template.map(toContentText) : [];
  const where = 'data_source.input_messages';
  for (const text of [...texts, ...Object.values(source.prompt?.variables ?? {})]) {
    const fault = findTemplateFault(text) ?? findSampleUse(text);
    if (fault) throw invalid(texts.includes(text) ? where : 'data_source.prompt.variables', fault);
  }
  const reference =
    source.input_messages?.type === 'item_reference' ? source.input_messages.item_reference : 'item.x';
  if (!/^item\.[\w.[\]-]+$/.test(reference))
    throw invalid(`${where}.item_reference`, 'is a path such as item.messages');
  if (source.input_messages && !source.model && !source.prompt) {
    throw invalid(
      'data_source.model',
      'is needed to ask the input_messages; without both the given samples are graded',
    );
  }
}

/** What is asked cannot know the answer. */
const findSampleUse = (text: string): string | undefined =>
  /\{\{\s*sample\b/.test(text) ? 'only {{item.…}} is known before the sample is made' : undefined;
