using Steering.Analysis.Evaluation;
using Steering.Compilation;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>The conditions of an experiment: its policies and, for each, the controls that can be made; of every other one the reason.</summary>
internal sealed class ExperimentConditions(Experiment experiment, IExperimentModel model)
{
    private readonly List<MissingControl> _missing = [];

    /// <summary>The controls that are not there.</summary>
    public IReadOnlyList<MissingControl> Missing => _missing;

    /// <summary>The condition that all others are compared with.</summary>
    public static ExperimentCondition Unsteered { get; } = new("unsteered", ConditionKind.Unsteered, null, CompiledPolicy.Empty);

    /// <summary>Everything but the unsteered condition.</summary>
    /// <param name="policies">The policies under test, loaded, in the experiment's order.</param>
    /// <param name="unsteered">Unsteered prompts with their replies, and where the reply begins; read only for the dense control.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A policy under test does not fit the model.</exception>
    public IReadOnlyList<ExperimentCondition> Make(IReadOnlyList<(string Name, SteeringPolicy Policy)> policies, IEnumerable<(int[] Ids, int From)> unsteered, CancellationToken cancellationToken)
    {
        var conditions = new List<ExperimentCondition>();
        Try(conditions, null, ConditionKind.Prompting, () => experiment.SystemMessage is null
            ? throw new SteeringException("the experiment names no system message: give one in controls.prompting.")
            : new ExperimentCondition("prompting", ConditionKind.Prompting, null, CompiledPolicy.Empty, $"system message: {experiment.SystemMessage}"));
        foreach (var (name, policy) in policies)
        {
            var compiled = model.Compile(policy);
            conditions.Add(new ExperimentCondition(name, ConditionKind.Policy, name, compiled));
            Try(conditions, name, ConditionKind.Random, () => new ExperimentCondition($"{name} (random features)", ConditionKind.Random, name, model.Compile(RandomFeatureControl.Of(policy, model.Sae, experiment.Seed))));
            Try(conditions, name, ConditionKind.WrongSign, () => new ExperimentCondition($"{name} (wrong sign)", ConditionKind.WrongSign, name, compiled.Mirrored()));
            Try(conditions, name, ConditionKind.DiffMean, () =>
            {
                var settings = experiment.DiffMean ?? throw new SteeringException("the experiment names no texts: give them in controls.diffMean.");
                var (control, remark) = DiffMeanControl.Of(model, $"{name} (DiffMean)", compiled, settings, unsteered, cancellationToken);
                return new ExperimentCondition(control.Name, ConditionKind.DiffMean, name, model.Compile(control), remark);
            });
        }

        return conditions;
    }

    private void Try(List<ExperimentCondition> conditions, string? policy, ConditionKind kind, Func<ExperimentCondition> make)
    {
        if (experiment.LeaveOut.Contains(kind))
        {
            _missing.Add(new MissingControl(policy, kind, "left out by the experiment."));
            return;
        }

        try
        {
            conditions.Add(make());
        }
        catch (SteeringException failure)
        {
            _missing.Add(new MissingControl(policy, kind, failure.Message));
        }
    }
}

/// <summary>One way of replying: what is plugged in, and whether the system message is given.</summary>
/// <param name="Name">What the results call it, as in <c>friendly (wrong sign)</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Policy">The policy under test that it is or is the control of; null for unsteered and prompting.</param>
/// <param name="Compiled">What is plugged in.</param>
/// <param name="Remark">What was chosen on the way, for people; null for nothing.</param>
internal sealed record ExperimentCondition(string Name, ConditionKind Kind, string? Policy, CompiledPolicy Compiled, string? Remark = null)
{
    /// <summary>Whether the prompts carry the experiment's system message.</summary>
    public bool IsPrompted => Kind == ConditionKind.Prompting;
}

/// <summary>What a condition of an experiment is: a policy, or one of the controls that every policy is compared with.</summary>
public enum ConditionKind
{
    /// <summary>The model as it is.</summary>
    Unsteered,

    /// <summary>A policy under test.</summary>
    Policy,

    /// <summary>The model as it is, asked by a system message for what the policies do.</summary>
    Prompting,

    /// <summary>The policy on features drawn at random, pushed as far (<see cref="RandomFeatureControl"/>).</summary>
    Random,

    /// <summary>The policy with every edit turned to its opposite.</summary>
    WrongSign,

    /// <summary>One dense direction, the difference of means of two sets of texts, pushed as far as the policy moves the residual stream.</summary>
    DiffMean,
}
