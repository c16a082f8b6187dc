"""The source of a template engine is refused by the engine's name; pages are not."""

import pytest
from maintenance_edge.template_source import template_errors


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        ("PHP", "<?php include 'head.php'; ?>"),
        ("PHP", "<p><?= $title ?>"),
        ("ERB, EJS, JSP or ASP", "<title><%= t('.title') %></title>"),
        ("ERB, EJS, JSP or ASP", "<style>p { color: <%= color %> }</style>"),
        ("Jinja, Liquid, Twig or Django", "{% extends 'base.html' %}"),
        ("Jinja, Liquid, Twig or Django", "<p>{%- if until %}"),
        ("Handlebars or Mustache", "{{#if until}}"),
        ("Handlebars or Mustache", "{{> head}}"),
        ("Handlebars or Mustache", "{{{body}}}"),
        ("Go", "{{ .Title }}"),
        ("Go", '{{- template "head" . }}'),
        ("Server Side Includes", '<!--#include virtual="/head.html" -->'),
        ("Create React App, Vite or SvelteKit", '<link rel="icon" href="%PUBLIC_URL%/a.ico">'),
        ("Create React App, Vite or SvelteKit", "<div>%sveltekit.body%</div>"),
        ("Blade", "<body>\n@extends('layout')"),
        ("Blade", "<p>{!! $message !!}"),
        ("Razor", "<p>@Model.Message"),
        ("Thymeleaf", '<p th:text="#{message}">'),
        ("JSP", "<c:if test='x'>"),
        ("FreeMarker", "<#if until>"),
        ("Smarty", "<p>{$message|escape}"),
        ("ColdFusion", "<cfoutput>"),
        ("Svelte", "{#if until}"),
        ("JSP, FreeMarker or envsubst", "<p>Back at ${UNTIL}"),
        ("Cloudflare's error pages", "<div>::CLOUDFLARE_ERROR_500S_BOX::</div>"),
    ],
)
def test_the_source_of_a_template_is_refused_with_its_engine(engine: str, source: str) -> None:
    """Visitors would read it."""
    (error,) = template_errors(f"<!doctype html>\n{source}\n", "page/page.html")

    assert error.startswith("page/page.html, line ")
    assert error.endswith(
        f" is the source of a template ({engine}), and no engine fills it in here: "
        "upload the page that the engine makes of it."
    )


def test_source_behind_a_handler_is_refused_at_its_line() -> None:
    """Only the tag of a handler with a template literal is code."""
    (error,) = template_errors("<a onclick='say(`${b}`)'>\n<p title='`'>${c}", "page/page.html")

    assert error.startswith("page/page.html, line 2: '${c}' is the source of a template")


def test_the_error_shows_the_first_source_and_its_line() -> None:
    """So that it is found."""
    page = "<!doctype html>\n<p>\n<?php if ($closed): ?>Closed<?php endif; ?> {% a %}"

    (error,) = template_errors(page, "page/page.html")

    shown = "'<?php if ($closed): ?>Closed<?'"
    assert error.startswith(f"page/page.html, line 3: {shown} is the source of a template (PHP)")


@pytest.mark.parametrize(
    "page",
    [
        "<p>{{message}} 100 % {not} a@example.com @media",
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'>",
        "<script>const a = `${b}`; if (a<b%c) { $(d) }; let {$e} = f; /* @if */</script>",
        "<style>@media print{p{a:b}}@include x</style><script>'{$a}'</script>",
        "<p>10 &lt;% 20</p><a href='/a%20b?c=%PUBLIC'>",
        '<p style="background:url(data:image/svg+xml,%3Csvg%3E{%23fff}%3C/svg%3E)">::before',
        "<p>a</p><button class='b' onclick='say(`Hello ${name}`)'>b</button>",
    ],
)
def test_a_page_is_no_template(page: str) -> None:
    """Nor is its JavaScript, whose syntax is much like some engines'."""
    assert () == template_errors(page, "page/page.html")
