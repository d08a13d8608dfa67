/** What the gateway and its shipping worker say to each other. */
export type WorkerOptions = {
  /** This writer's folder, and the folder of all writers. */
  folder: string;
  spool: string;
  secret: string;
  collectorUrl: string;
};

export type ToWorker =
  | { type: 'closed'; n: number }
  | { type: 'state'; highSeq: number; lost: Record<string, number> }
  | { type: 'flush'; id: number }
  | { type: 'stop'; withinMs: number };

export type FromWorker =
  | { type: 'freed'; bytes: number }
  | { type: 'flushed'; id: number }
  | { type: 'trouble'; line: string }
  | { type: 'stopped' };
