import { Module } from '@nestjs/common';
import { AddressBookController } from './address-book.controller.js';
import { AddressBookStore } from './address-book.store.js';

/** Whom a profile's mailboxes want mail from. */
@Module({ controllers: [AddressBookController], providers: [AddressBookStore], exports: [AddressBookStore] })
export class AddressBookModule {}
