/** Passwords in addresses (`postgres://user:password@host`) and keys of Azure's connection strings. Source: RFC 3986. */
import { type Detector, findAll } from './detector.ts';

const USERINFO = /:\/\/[^\s/:@"'<>\\]{0,128}:(?<secret>[^\s/@"'<>\\[\]{}]{1,256})(?=@[A-Za-z0-9[])/g;
const AZURE = /(?<![A-Za-z])(?:Account|Access|SharedAccess)Key=(?<secret>[A-Za-z0-9+/]{32,}={0,2})/g;

export const detectConnections: Detector = function* (text) {
  if (text.includes('://')) yield* findAll('connection_password', USERINFO, text);
  if (text.includes('Key=')) yield* findAll('azure_key', AZURE, text);
};
