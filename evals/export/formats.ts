/** Every format there is. */
import type { ExportFormatName } from '../../collector/record/export.ts';
import { csv } from './formats/csv.ts';
import type { ExportFormat } from './formats/format.ts';
import { hfMessages } from './formats/hf-messages.ts';
import { openaiDpo } from './formats/openai-dpo.ts';
import { openaiSft } from './formats/openai-sft.ts';

export const FORMATS: Record<ExportFormatName, ExportFormat> = {
  openai_sft: openaiSft,
  openai_dpo: openaiDpo,
  hf_messages: hfMessages,
  csv,
};
