import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { SetupGuidesController } from './setup-guides.controller.js';

/** What failures mean and what to do about them. Classification itself is pure and needs no provider. */
@Module({ imports: [ProfilesModule], controllers: [SetupGuidesController] })
export class FailuresModule {}
