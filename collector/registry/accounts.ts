/** People: e-mail, name and password hash. Personal data, so it is erasable and no part of the revisions. */
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../errors.ts';
import type { RegistryDatabase } from './database.ts';

export type Account = { id: string; email: string; name: string; password_hash: string; created_at: string };

export type Accounts = {
  /** @throws AppError already_exists */
  create(account: { email: string; name: string; password_hash: string }): Account;
  find(id: string): Account | undefined;
  /** Upper and lower case are one address. */
  findByEmail(email: string): Account | undefined;
  setPasswordHash(id: string, password_hash: string): void;
};

const toAddress = (email: string): string => email.trim().toLowerCase();

/** The account table of an open registry. */
export function createAccounts({ db }: RegistryDatabase): Accounts {
  const insert = db.prepare('INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?, ?)');
  const byId = db.prepare('SELECT * FROM account WHERE id = ?');
  const byEmail = db.prepare('SELECT * FROM account WHERE email = ?');
  const setPassword = db.prepare('UPDATE account SET password_hash = ? WHERE id = ?');
  return {
    create({ email, name, password_hash }) {
      const address = toAddress(email);
      const account = {
        id: `acct_${uuidv7()}`,
        email: address,
        name,
        password_hash,
        created_at: new Date().toISOString(),
      };
      const { changes } = insert.run(account.id, address, name, password_hash, account.created_at);
      if (changes === 0) {
        throw new AppError('already_exists', 'There is an account with this e-mail.', { param: 'email' });
      }
      return account;
    },
    find: (id) => byId.get(id) as Account | undefined,
    findByEmail: (email) => byEmail.get(toAddress(email)) as Account | undefined,
    setPasswordHash: (id, password_hash) => void setPassword.run(password_hash, id),
  };
}
