using System.Globalization;
using Steering.Policies;

namespace Steering.Chat.Toxicity;

/// <summary>What a <see cref="ToxicityFilterChatClient"/> watches and does. Copied and validated when the client is made.</summary>
public sealed class ToxicityFilterOptions
{
    /// <summary>Default of <see cref="HoldBack"/>.</summary>
    public const int DefaultHoldBack = 4;

    /// <summary>Largest <see cref="HoldBack"/>.</summary>
    public const int LargestHoldBack = 4096;

    /// <summary>Default of <see cref="QuietTokens"/>.</summary>
    public const int DefaultQuietTokens = 4;

    /// <summary>Default of <see cref="MaxRewinds"/>.</summary>
    public const int DefaultMaxRewinds = 2;

    /// <summary>Default of <see cref="GuardContextTokens"/>.</summary>
    public const int DefaultGuardContextTokens = 1024;

    /// <summary>Default of <see cref="LargestFalseAlarmRate"/>.</summary>
    public const double DefaultLargestFalseAlarmRate = 0.1;

    /// <summary>What is read at every token; at least one. Any of them raises the alarm.</summary>
    public IList<ToxicityWatch> Watches { get; } = [];

    /// <summary>What is done while the alarm is on. Default: stop.</summary>
    public ToxicityFilterAction Action { get; set; } = ToxicityFilterAction.Stop;

    /// <summary>
    /// Name of the engine's policy that takes the place of the request's own while the alarm is on. Needed by
    /// <see cref="ToxicityFilterAction.Attenuate"/> and <see cref="ToxicityFilterAction.Rewind"/>, refused with the others.
    /// </summary>
    /// <remarks>
    /// Activations are read before the edit at their own site. Watch at a later site than the policy edits, so that the
    /// filter sees what the policy has done.
    /// </remarks>
    public string? Policy { get; set; }

    /// <summary>
    /// Number of following tokens that must be seen quiet before a token is handed on, 0 to 4096. It delays the first token
    /// by as many. A reply's last tokens are followed by none and handed on when it ends. Not used by observe and
    /// attenuate, which withhold nothing. Default: 4.
    /// </summary>
    public int HoldBack { get; set; } = DefaultHoldBack;

    /// <summary>Number of tokens in a row with no watch above its off level after which the alarm goes off, at least 1. Default: 4.</summary>
    public int QuietTokens { get; set; } = DefaultQuietTokens;

    /// <summary>Number of rewinds of one reply, at least 1; the next alarm stops it. Default: 2.</summary>
    public int MaxRewinds { get; set; } = DefaultMaxRewinds;

    /// <summary>What the reply says where it is stopped, after what was handed on before; empty says nothing.</summary>
    public string StopMessage { get; set; } = string.Empty;

    /// <summary>Whether reports hold the text that was withheld. Logs and metrics never do. Default: false.</summary>
    public bool IncludeText { get; set; }

    /// <summary>As a guard in front of another client: whether the user's latest turn is scored before it is sent. Default: true.</summary>
    public bool CheckPrompts { get; set; } = true;

    /// <summary>As a guard: number of tokens that one scoring pass looks at, at least 16; lowered to the model's context. Default: 1024.</summary>
    public int GuardContextTokens { get; set; } = DefaultGuardContextTokens;

    /// <summary>
    /// Harmless texts, scored when the client is made: levels that would raise the alarm on more than
    /// <see cref="LargestFalseAlarmRate"/> of them are refused. Empty checks nothing.
    /// </summary>
    public IList<ToxicityExample> CleanTexts { get; } = [];

    /// <summary>Largest share of <see cref="CleanTexts"/> with an alarm, in [0, 1). Default: 0.1.</summary>
    public double LargestFalseAlarmRate { get; set; } = DefaultLargestFalseAlarmRate;

    internal bool TurnsPolicies => Action is ToxicityFilterAction.Attenuate or ToxicityFilterAction.Rewind;

    /// <summary>Checks everything that can be checked without a model.</summary>
    /// <exception cref="SteeringException">The message names the option, its value and what is expected.</exception>
    public void Validate()
    {
        Require(Enum.IsDefined(Action), nameof(Action), Action, $"one of {string.Join(", ", Enum.GetNames<ToxicityFilterAction>())}");
        Require(HoldBack is >= 0 and <= LargestHoldBack, nameof(HoldBack), HoldBack, "0 to 4096 tokens");
        Require(QuietTokens >= 1, nameof(QuietTokens), QuietTokens, "at least 1");
        Require(MaxRewinds >= 1, nameof(MaxRewinds), MaxRewinds, "at least 1; to stop at the first alarm, set Action to Stop");
        Require(GuardContextTokens >= 16, nameof(GuardContextTokens), GuardContextTokens, "at least 16");
        Require(LargestFalseAlarmRate is >= 0 and < 1, nameof(LargestFalseAlarmRate), LargestFalseAlarmRate, "0 or more and below 1");
        Require(StopMessage is not null, nameof(StopMessage), "null", "a text, which may be empty");
        Require(!TurnsPolicies || !string.IsNullOrWhiteSpace(Policy), nameof(Policy), "empty", $"the name of the policy that action {Action} puts in force");
        Require(TurnsPolicies || Policy is null, nameof(Policy), $"'{Policy}'", $"null: action {Action} puts no policy in force; choose Attenuate or Rewind");
        Require(Watches.Count > 0, nameof(Watches), "empty", "at least one feature or probe, or the filter would let everything pass");
        for (var index = 0; index < Watches.Count; index++)
        {
            Check(Watches[index], string.Create(CultureInfo.InvariantCulture, $"Watches[{index}]"));
        }
    }

    internal ToxicityFilterOptions Copy()
    {
        var copy = new ToxicityFilterOptions
        {
            Action = Action,
            Policy = Policy,
            HoldBack = HoldBack,
            QuietTokens = QuietTokens,
            MaxRewinds = MaxRewinds,
            StopMessage = StopMessage,
            IncludeText = IncludeText,
            CheckPrompts = CheckPrompts,
            GuardContextTokens = GuardContextTokens,
            LargestFalseAlarmRate = LargestFalseAlarmRate,
        };
        foreach (var watch in Watches)
        {
            copy.Watches.Add(watch);
        }

        foreach (var text in CleanTexts)
        {
            copy.CleanTexts.Add(text);
        }

        return copy;
    }

    private static void Check(ToxicityWatch watch, string where)
    {
        ArgumentNullException.ThrowIfNull(watch);
        Require(float.IsFinite(watch.On), $"{where}.On", watch.On, $"a finite level; calibrate one on harmless text with {nameof(ToxicityScorer)}.{nameof(ToxicityScorer.Calibrate)}");
        Require(watch.Off is null || (float.IsFinite(watch.Off.Value) && watch.Off <= watch.On), $"{where}.Off", watch.Off, "finite and at most On");
        Require(float.IsFinite(watch.Bias), $"{where}.Bias", watch.Bias, "finite");
        if (watch.Target is FeatureTarget)
        {
            Require(watch.On >= 0, $"{where}.On", watch.On, "0 or more: a feature's activation is never below 0, so it would alarm on every token");
            Require(watch.Bias == 0, $"{where}.Bias", watch.Bias, "0: features have their own");
            Require(watch.Unit is null or StrengthUnit.MaxActivation or StrengthUnit.Raw, $"{where}.Unit", watch.Unit, "MaxActivation or Raw");
        }
        else
        {
            Require(watch.Unit is null or StrengthUnit.Raw, $"{where}.Unit", watch.Unit, "null or Raw: probes have no other");
        }
    }

    private static void Require(bool condition, string name, object? value, string expected)
    {
        if (!condition)
        {
            throw new SteeringException(FormattableString.Invariant($"ToxicityFilterOptions.{name} is {value}; it must be {expected}."));
        }
    }
}

/// <summary>What a filter does while its alarm is on.</summary>
public enum ToxicityFilterAction
{
    /// <summary>Nothing but report it.</summary>
    Observe,

    /// <summary>
    /// Puts the filter's policy in the place of the request's while the alarm lasts. The token that raised it is chosen
    /// anew under that policy; nothing is withheld.
    /// </summary>
    Attenuate,

    /// <summary>
    /// Drops the token that raised the alarm and those still held back, and goes on from there under the filter's policy;
    /// after the last attempt it stops.
    /// </summary>
    Rewind,

    /// <summary>Drops the token that raised the alarm and those still held back, and ends the reply.</summary>
    Stop,
}
