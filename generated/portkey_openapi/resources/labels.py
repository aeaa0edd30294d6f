# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Names, such as production, that point at one version of a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from .. import models
from ..api.labels import create_label, delete_label, list_labels, retrieve_label, update_label
from ..calls import AsyncResource, Resource, async_with_further_pages, only_options, take_options, with_further_pages
from ..raw import RawResource, async_raw, raw

if TYPE_CHECKING:
    from ..options import RequestOptions

    class CreateLabelFields(models.LabelCreateParams, RequestOptions, total=False):
        """What `create` takes: the fields of LabelCreate, and options of the call."""

    class UpdateLabelFields(models.LabelUpdateParams, RequestOptions, total=False):
        """What `update` takes: the fields of LabelUpdate, and options of the call."""
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict
    CreateLabelFields = dict
    UpdateLabelFields = dict


class Labels(Resource):
    """Names, such as production, that point at one version of a prompt. In a client: `labels`."""

    @cached_property
    def with_raw_response(self) -> LabelsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return LabelsRaw(self)

    def create(self, **fields: Unpack[CreateLabelFields]) -> models.LabelCreated:
        """Create a label: `createLabel`.

        Makes a label; a name that is taken answers 409.

        Args:
            name: Its name, unique in the workspace.
            organization_id: The organisation that it belongs to, by UUID; left out, the key's own.
            workspace_id: The workspace that it belongs to, by UUID or slug; left out, the key's own.
            description: What it stands for, for people.
            color_code: Its colour in lists, as a CSS hex colour.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.LabelCreated = self._caller.call(
            create_label.request(body=models.LabelCreate(**given)), create_label.parse, options
        )
        return answer

    def retrieve(self, label_id: str, **options: Unpack[RequestOptions]) -> models.Label:
        """Read a label: `retrieveLabel`.

        Answers one label.

        Args:
            label_id: A label's UUID.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("retrieve", {**options})
        answer: models.Label = self._caller.call(
            retrieve_label.request(label_id), retrieve_label.parse, given, repeatable=True
        )
        return answer

    def update(self, label_id: str, **fields: Unpack[UpdateLabelFields]) -> models.Acknowledgement:
        """Update a label: `updateLabel`.

        Changes a label's name, description or colour. The three labels that always exist keep their names.

        Args:
            label_id: A label's UUID.
            name: Its new name, unique in the workspace.
            description: What it stands for, for people.
            color_code: Its colour in lists, as a CSS hex colour.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = self._caller.call(
            update_label.request(label_id, body=models.LabelUpdate(**given)), update_label.parse, options
        )
        return answer

    def delete(self, label_id: str, **options: Unpack[RequestOptions]) -> models.Acknowledgement:
        """Delete a label: `deleteLabel`.

        Removes a label; every reference through it answers 404 from then on. The three that always exist can't
        be removed.

        Args:
            label_id: A label's UUID.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = self._caller.call(delete_label.request(label_id), delete_label.parse, given)
        return answer

    def list(
        self,
        *,
        organization_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.LabelList:
        """List labels: `listLabels`.

        Answers one page of labels, the three that always exist among them.

        Args:
            organization_id: Only what belongs to this organisation, given by UUID.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        def fetch(current_page: int | None) -> models.LabelList:
            answer: models.LabelList = self._caller.call(
                list_labels.request(
                    organization_id=organization_id,
                    workspace_id=workspace_id,
                    current_page=current_page,
                    page_size=page_size,
                    search=search,
                ),
                list_labels.parse,
                given,
                repeatable=True,
            )
            return answer

        return with_further_pages(fetch, current_page)


class LabelsRaw(RawResource):
    """`labels.with_raw_response` of a client."""

    create = raw(Labels.create)
    retrieve = raw(Labels.retrieve)
    update = raw(Labels.update)
    delete = raw(Labels.delete)
    list = raw(Labels.list)


class AsyncLabels(AsyncResource):
    """Names, such as production, that point at one version of a prompt. In a client: `labels`."""

    @cached_property
    def with_raw_response(self) -> AsyncLabelsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncLabelsRaw(self)

    async def create(self, **fields: Unpack[CreateLabelFields]) -> models.LabelCreated:
        """Create a label: `createLabel`.

        Makes a label; a name that is taken answers 409.

        Args:
            name: Its name, unique in the workspace.
            organization_id: The organisation that it belongs to, by UUID; left out, the key's own.
            workspace_id: The workspace that it belongs to, by UUID or slug; left out, the key's own.
            description: What it stands for, for people.
            color_code: Its colour in lists, as a CSS hex colour.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.LabelCreated = await self._caller.call(
            create_label.request(body=models.LabelCreate(**given)), create_label.parse, options
        )
        return answer

    async def retrieve(self, label_id: str, **options: Unpack[RequestOptions]) -> models.Label:
        """Read a label: `retrieveLabel`.

        Answers one label.

        Args:
            label_id: A label's UUID.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("retrieve", {**options})
        answer: models.Label = await self._caller.call(
            retrieve_label.request(label_id), retrieve_label.parse, given, repeatable=True
        )
        return answer

    async def update(self, label_id: str, **fields: Unpack[UpdateLabelFields]) -> models.Acknowledgement:
        """Update a label: `updateLabel`.

        Changes a label's name, description or colour. The three labels that always exist keep their names.

        Args:
            label_id: A label's UUID.
            name: Its new name, unique in the workspace.
            description: What it stands for, for people.
            color_code: Its colour in lists, as a CSS hex colour.
            **fields: The fields above, further ones, and options of the call, such as `timeout` and `extra_headers`.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        answer: models.Acknowledgement = await self._caller.call(
            update_label.request(label_id, body=models.LabelUpdate(**given)), update_label.parse, options
        )
        return answer

    async def delete(self, label_id: str, **options: Unpack[RequestOptions]) -> models.Acknowledgement:
        """Delete a label: `deleteLabel`.

        Removes a label; every reference through it answers 404 from then on. The three that always exist can't
        be removed.

        Args:
            label_id: A label's UUID.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("delete", {**options})
        answer: models.Acknowledgement = await self._caller.call(
            delete_label.request(label_id), delete_label.parse, given
        )
        return answer

    async def list(
        self,
        *,
        organization_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> models.LabelList:
        """List labels: `listLabels`.

        Answers one page of labels, the three that always exist among them.

        Args:
            organization_id: Only what belongs to this organisation, given by UUID.
            workspace_id: Only what lies in this workspace, given by UUID or slug.
            current_page: Which page to answer, counted from 0.
            page_size: How many items a page holds at most, a count.
            search: Only what bears this text in its name, in either case.
            **options: Options of the call, such as `timeout` and `extra_headers`.
        """
        given = only_options("list", {**options})

        async def fetch(current_page: int | None) -> models.LabelList:
            answer: models.LabelList = await self._caller.call(
                list_labels.request(
                    organization_id=organization_id,
                    workspace_id=workspace_id,
                    current_page=current_page,
                    page_size=page_size,
                    search=search,
                ),
                list_labels.parse,
                given,
                repeatable=True,
            )
            return answer

        return await async_with_further_pages(fetch, current_page)


class AsyncLabelsRaw(RawResource):
    """`labels.with_raw_response` of a client."""

    create = async_raw(AsyncLabels.create)
    retrieve = async_raw(AsyncLabels.retrieve)
    update = async_raw(AsyncLabels.update)
    delete = async_raw(AsyncLabels.delete)
    list = async_raw(AsyncLabels.list)
