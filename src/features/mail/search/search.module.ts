import { Module } from '@nestjs/common';
import { SearchCatchUpStore } from './search-catch-up.store.js';
import { SearchWordsStore } from './search-words.store.js';

/** The words by which received and outgoing messages are found. */
@Module({
  providers: [SearchWordsStore, SearchCatchUpStore],
  exports: [SearchWordsStore, SearchCatchUpStore],
})
export class SearchModule {}
