"""The statements of the Protocol Buffers language."""

from __future__ import annotations

from slmfix_bot.validators.protobuf_parser import LABELS, Field, File, Parser, Scope, Token

MAX_NUMBER = 536_870_911


def parse(text: str) -> File:
    """The file. Raises ProtoError for the first error."""
    parser = Parser(text)
    root = parser.file.root
    while parser.next.kind != "end":
        _statement(parser, root)
    return parser.file


def _statement(parser: Parser, root: Scope) -> None:
    file, keyword = parser.file, parser.next.text
    if parser.accept(";"):
        return
    if keyword in ("export", "local") and parser.tokens[parser.index + 1].text in ("message", "enum"):
        parser.take()
        keyword = parser.next.text
    match keyword:
        case "syntax" | "edition":
            parser.take()
            parser.want("=")
            value = parser.string().text[1:-1]
            file.syntax, file.syntax_given = (value if keyword == "syntax" else "editions"), True
            file.head_end = parser.want(";").end
        case "import":
            parser.take()
            parser.accept("public", "weak", "option")
            file.imports.append(parser.string())
            file.head_end = parser.want(";").end
        case "package":
            parser.take()
            file.package = tuple(parser.dotted().text.split("."))
            file.head_end = parser.want(";").end
        case "option":
            _option(parser, root)
        case "message" | "enum" | "service" | "extend":
            _block(parser, root, keyword)
        case _:
            msg = "a statement such as message, enum or service"
            raise parser.fail(msg)


def _block(parser: Parser, around: Scope, keyword: str) -> None:
    parser.take()
    if keyword == "extend":
        parser.type_name(around.path)
        extension = Scope("extend", None, around.path)
        parser.open()
        while not parser.close():
            _member(parser, extension)
        around.scopes += extension.scopes
        around.scopes.append(extension)
        return
    name = parser.word(f"the name of the {keyword}")
    scope = Scope(keyword, name, (*around.path, name.text))
    around.scopes.append(scope)
    parser.open()
    read = {"message": _member, "enum": _value, "service": _method}[keyword]
    while not parser.close():
        read(parser, scope)


def _member(parser: Parser, scope: Scope) -> None:
    keyword, following = parser.next.text, parser.tokens[parser.index + 1]
    if parser.accept(";"):
        return
    if keyword in ("export", "local") and following.text in ("message", "enum"):
        parser.take()
        keyword, following = parser.next.text, parser.tokens[parser.index + 1]
    match keyword:
        case "message" | "enum" | "extend" if following.kind == "word" or following.text == ".":
            _block(parser, scope, keyword)
        case "option" if following.text != "=":
            _option(parser, scope)
        case "oneof" if following.kind == "word":
            parser.take()
            parser.word()
            parser.open()
            while not parser.close():
                if parser.next.text == "option":
                    _option(parser, Scope("oneof", None, scope.path))
                elif not parser.accept(";"):
                    _field(parser, scope, in_oneof=True)
        case "reserved" | "extensions":
            parser.take()
            _ranges(parser, scope, is_reserved=keyword == "reserved")
        case _:
            _field(parser, scope, in_oneof=False)


def _field(parser: Parser, scope: Scope, *, in_oneof: bool) -> None:
    start = parser.next.start
    label = parser.take().text if not in_oneof and parser.next.text in LABELS else ""
    kind = "oneof" if in_oneof else "field"
    if parser.next.text == "map" and parser.tokens[parser.index + 1].text == "<":
        parser.take()
        parser.want("<")
        parser.type_name(scope.path)
        parser.want(",")
        parser.type_name(scope.path)
        parser.want(">")
        kind = "map"
    elif parser.next.text == "group" and parser.tokens[parser.index + 1].kind == "word":
        parser.take()
        kind = "group"
    else:
        parser.type_name(scope.path)
    name = parser.word("the name of the field")
    parser.want("=")
    number, value = parser.integer("the number of the field")
    scope.fields.append(Field(name, number, value, label, kind, start))
    if parser.accept_is("["):
        _options_in_brackets(parser)
    if kind == "group":
        group = Scope("message", name, (*scope.path, name.text))
        scope.scopes.append(group)
        parser.open()
        while not parser.close():
            _member(parser, group)
        return
    parser.want(";")


def _value(parser: Parser, scope: Scope) -> None:
    following = parser.tokens[parser.index + 1].text
    if parser.accept(";"):
        return
    if parser.next.text == "option" and following != "=":
        _option(parser, scope)
    elif parser.next.text == "reserved" and following != "=":
        parser.take()
        _ranges(parser, scope, is_reserved=True)
    else:
        name = parser.word("the name of a value")
        parser.want("=")
        number, value = parser.integer("the number of the value")
        scope.fields.append(Field(name, number, value, kind="value", start=name.start))
        if parser.accept_is("["):
            _options_in_brackets(parser)
        parser.want(";")


def _method(parser: Parser, scope: Scope) -> None:
    if parser.accept(";"):
        return
    if parser.next.text == "option":
        _option(parser, scope)
        return
    parser.want("rpc")
    parser.word("the name of the method")
    for is_answer in (False, True):
        if is_answer:
            parser.want("returns")
        parser.want("(")
        if parser.next.text == "stream" and parser.tokens[parser.index + 1].text != ")":
            parser.take()
        parser.type_name(scope.path)
        parser.want(")")
    if parser.accept_is("{"):
        parser.open()
        while not parser.close():
            if not parser.accept(";"):
                _option(parser, Scope("rpc", None, scope.path))
    else:
        parser.want(";")


def _ranges(parser: Parser, scope: Scope, *, is_reserved: bool) -> None:
    while True:
        if parser.next.kind == "string" and is_reserved:
            scope.reserved_names.add(parser.string().text[1:-1])
        elif parser.next.kind == "word" and is_reserved:
            scope.reserved_names.add(parser.take().text)
        else:
            _, first = parser.integer("a number or a name")
            last = first
            if parser.accept("to"):
                last = MAX_NUMBER if parser.accept("max") else parser.integer("a number")[1]
            if is_reserved:
                scope.reserved.append((first, last))
        if not parser.accept(","):
            break
    if parser.accept_is("["):
        _options_in_brackets(parser)
    parser.want(";")


def _option(parser: Parser, scope: Scope) -> None:
    parser.want("option")
    name = _option_name(parser)
    parser.want("=")
    scope.options[name] = _constant(parser)
    parser.want(";")


def _option_name(parser: Parser) -> str:
    parts = []
    while True:
        if parser.accept("("):
            parts.append(parser.dotted().text)
            parser.want(")")
        else:
            parts.append(parser.word("the name of an option").text)
        if not parser.accept("."):
            return ".".join(parts)


def _options_in_brackets(parser: Parser) -> None:
    parser.want("[")
    while True:
        _option_name(parser)
        parser.want("=")
        _constant(parser)
        if not parser.accept(","):
            break
    parser.want("]")


def _constant(parser: Parser) -> str:
    if parser.next.kind == "string":
        return parser.string().text
    if parser.accept_is("{"):
        _skip_message(parser)
        return ""
    parser.accept("-", "+")
    if parser.next.kind == "number":
        return parser.take().text
    if parser.next.kind == "word":
        return parser.dotted().text
    msg = "a value"
    raise parser.fail(msg)


def _skip_message(parser: Parser) -> None:
    """Reads a value in text format, of which only the brackets count."""
    waiting: list[Token] = []
    closers = {"{": "}", "[": "]"}
    while True:
        token = parser.next
        if token.kind == "end":
            parser.openers += waiting
            msg = f'"{closers[waiting[-1].text]}"'
            raise parser.fail(msg, closers[waiting[-1].text])
        if token.kind == "sign" and token.text in closers:
            waiting.append(token)
        elif token.kind == "sign" and token.text in "}]":
            if closers[waiting[-1].text] != token.text:
                parser.openers += waiting
                msg = f'"{closers[waiting[-1].text]}"'
                raise parser.fail(msg, closers[waiting[-1].text])
            waiting.pop()
        parser.take()
        if not waiting:
            return
