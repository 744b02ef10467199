import { newEncryptionKey, Vault } from '../../store/vault.js';

export const testVault = new Vault([newEncryptionKey()]);
