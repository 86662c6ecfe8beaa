namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>The sentences that steps of a solution are written with.</summary>
internal static class SolutionPhrases
{
    public static Template Setup { get; } = Template.Parse(
        "[{person} has {v} {items} at first.|We begin with {v} {items}.|At the start there are {v} {items}.|First, {person} has {v} {items}.]");

    public static Template SetupGroups { get; } = Template.Parse(
        "[There are {v} {many}, and each has {k} {items}.|We begin with {v} {many} of {k} {items} each.]");

    public static Template Plus { get; } = Template.Parse("[Add {k}: {equation}.|With {k} more, {equation}.|Then {k} more come, so {equation}.|{equation}.]");

    public static Template Minus { get; } = Template.Parse("[Take away {k}: {equation}.|Then {k} are gone, so {equation}.|Without {k} of them, {equation}.|{equation}.]");

    public static Template Times { get; } = Template.Parse("[Multiply by {k}: {equation}.|That makes {equation}.|{equation}.]");

    public static Template Divide { get; } = Template.Parse("[Divide by {k}: {equation}.|In {k} parts, {equation}.|{equation}.]");

    /// <summary>Opens a reflection; <see cref="Mend"/> or <see cref="Confirm"/> follows.</summary>
    public static Template Look { get; } = Template.Parse("[Wait, let me check.|Wait, is that right?|Hold on.|Let me look again.]");

    public static Template Mend { get; } = Template.Parse("[{equation}, not {wrong}.|It is {equation}, not {wrong}.|No, {equation}.]");

    public static Template Confirm { get; } = Template.Parse("[{equation}. That is right.|Yes, {equation}.|{equation}, so it stands.]");

    /// <summary>Opens a backtracking step; <see cref="Again"/> follows, with all equations so far.</summary>
    public static Template Other { get; } = Template.Parse("[Another way:|Let me try a different way:|Let me start over:]");

    public static Template Again { get; } = Template.Parse("[{equation}.|from the beginning, {equation}.|step by step, {equation}.]");

    public static Template Final { get; } = Template.Parse("Answer: {v} {items}");
}
