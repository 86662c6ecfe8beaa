namespace Steering.Templates;

/// <summary>Why a chat template could not be used.</summary>
public enum TemplateFault
{
    /// <summary>The text is no template of the language.</summary>
    Syntax,

    /// <summary>An expression has no value: a type that does not fit, an undefined name.</summary>
    Evaluation,

    /// <summary>The template itself refused the conversation with <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>The template would cost more than <see cref="TemplateLimits"/> allow.</summary>
    Limit,
}

/// <summary>A chat template that cannot be read, or that cannot be applied to what it was given. The message names the place and the cure.</summary>
public sealed class TemplateException : SteeringException
{
    /// <summary>Creates the exception.</summary>
    public TemplateException()
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user.</summary>
    /// <param name="message">What was given, what was expected, what to do.</param>
    public TemplateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user and its cause.</summary>
    /// <param name="message">What was given, what was expected, what to do.</param>
    /// <param name="innerException">The failure underneath.</param>
    public TemplateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal TemplateException(TemplateFault fault, TemplateSource source, int offset, string reason)
        : base(Sentence(fault, source, offset, reason)) =>
        (Fault, Reason, (Line, Column)) = (fault, reason, source.Position(offset));

    /// <summary>What kind of failure it is.</summary>
    public TemplateFault Fault { get; }

    /// <summary>The failure itself, without place and cure: for <see cref="TemplateFault.Raised"/> the template's own words.</summary>
    public string Reason { get; } = string.Empty;

    /// <summary>Line of the template, from 1.</summary>
    public int Line { get; }

    /// <summary>Column in the line, from 1, in UTF-16 characters.</summary>
    public int Column { get; }

    private static string Sentence(TemplateFault fault, TemplateSource source, int offset, string reason)
    {
        var (line, column) = source.Position(offset);
        var cure = fault switch
        {
            TemplateFault.Syntax => "Mend the template, or put the one that the model's makers publish in its place.",
            TemplateFault.Evaluation => "Give the messages and variables that the template reads, mend the template, or give the prompt as plain text.",
            TemplateFault.Raised => "These are the template's own words: change the conversation as they say.",
            _ => "Shorten the conversation, mend the template, or raise the limit if you trust the template's author.",
        };
        var stop = reason.Length > 0 && reason[^1] is '.' or '!' or '?' ? string.Empty : ".";
        return $"{source.Name}, line {line}, column {column}: {reason}{stop} {cure}";
    }
}

/// <summary>A template's text with line ends made <c>\n</c>, and its name in messages.</summary>
internal sealed record TemplateSource(string Name, string Text)
{
    public (int Line, int Column) Position(int offset)
    {
        var before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}
