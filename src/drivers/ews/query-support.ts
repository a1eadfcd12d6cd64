import type { ListingForm } from './operations/listing-form.js';
import { fullForm } from './operations/listing-form.js';

/** What a server refused may work again after an update; being wrong costs a few calls. */
const rememberedForMs = 6 * 60 * 60_000;

/** What one server was found not to understand, kept in this process for some hours. */
export class QuerySupport {
  private form: ListingForm = fullForm;
  private formUntil = 0;
  private markerUntil = 0;
  private treeUntil = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** The form of a listing by date to begin with. */
  get listingForm(): ListingForm {
    return this.now() < this.formUntil ? this.form : fullForm;
  }

  /** This form was accepted after better ones were refused. */
  learnListingForm(form: ListingForm): void {
    this.form = form;
    this.formUntil = this.now() + rememberedForMs;
  }

  /** Whether items can be searched by our own property. */
  get searchesMarkers(): boolean {
    return this.now() >= this.markerUntil;
  }

  refusedMarkerSearch(): void {
    this.markerUntil = this.now() + rememberedForMs;
  }

  /** Whether the whole tree of folders can be had by one query. */
  get traversesTrees(): boolean {
    return this.now() >= this.treeUntil;
  }

  refusedTree(): void {
    this.treeUntil = this.now() + rememberedForMs;
  }
}
