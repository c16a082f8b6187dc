"""The engine that attaches Lambda@Edge to distributions."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.bucket import RecordStore
from maintenance.aws.clients import CLIENT, PAGE_CLIENT, lazy
from maintenance.aws.throttling import ThrottledConfigs
from maintenance.aws.time_limit import limited
from maintenance.lambda_edge.check import PackageCheck, Preflight
from maintenance.lambda_edge.package_programs import PackagePrograms
from maintenance.lambda_edge.publish import VersionPublisher
from maintenance.lambda_edge.select import VersionSelector
from maintenance.reconcile.attach.distribution import DistributionReconciler
from maintenance.reconcile.attach.housekeeping import Housekeeping
from maintenance.reconcile.attach.site import SiteReconciler

if TYPE_CHECKING:
    from maintenance.aws.cloudfront import CloudFront
    from maintenance.aws.functions import EdgeVersions
    from maintenance.aws.stored_files import BucketFiles
    from maintenance.wiring.clients import Clients


class AttachEngine(Struct, frozen=True):
    """What a run needs of the engine, and what the command asks of it."""

    site: SiteReconciler
    housekeeping: Housekeeping
    stored_files: BucketFiles
    pages: VersionSelector
    throttling: ThrottledConfigs


def attach_engine(clients: Clients, cloudfront: CloudFront) -> AttachEngine:
    """Return the engine of this stack."""
    settings, run_time = clients.settings, clients.run_time
    configs = ThrottledConfigs(
        cloudfront, clients.timer, run_time.distributions, jitter=random.random
    )
    distribution_reconciler = DistributionReconciler(
        configs, _record_store(clients), configs.is_still_wanted, configs.raise_if_late
    )
    versions = clients.edge_versions(PAGE_CLIENT, run_time.version)
    stored_files = clients.stored_files(run_time.version)
    selector = _version_selector(clients, versions, stored_files)
    housekeeping = Housekeeping(
        preview=settings.preview_distribution,
        engine=settings.edge,
        selector=selector,
        distributions=cloudfront,
        distribution_reconciler=distribution_reconciler,
        versions=clients.edge_versions(CLIENT, run_time.calls),
        clock=clients.clock,
        is_late=lambda: run_time.distributions.is_over,
    )
    preflight = Preflight(versions, base_arn=settings.edge.base_arn)
    site = SiteReconciler(
        settings,
        settings.edge,
        distribution_reconciler,
        selector,
        preflight,
        shuffle=lambda plans: random.sample(plans, len(plans)),
    )
    return AttachEngine(site, housekeeping, stored_files, selector, configs)


def _version_selector(
    clients: Clients, versions: EdgeVersions, stored_files: BucketFiles
) -> VersionSelector:
    edge, deadline = clients.settings.edge, clients.run_time.version
    check = PackageCheck(PackagePrograms(clients.python_path, deadline))
    publisher = VersionPublisher(edge.base_arn, versions, check, deadline, clients.timer.sleep)
    return VersionSelector(edge, stored_files, publisher, deadline)


def _record_store(clients: Clients) -> RecordStore:
    session, deadline = clients.session, clients.run_time.distributions
    return RecordStore(
        lazy(lambda: limited(session.client("s3", config=CLIENT), deadline)),
        bucket=clients.settings.state_bucket,
        stack=clients.settings.stack_name,
        new_write_id=lambda: uuid.uuid4().hex,
    )
