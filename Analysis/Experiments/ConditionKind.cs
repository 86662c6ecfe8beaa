using Steering.Analysis.Evaluation;

namespace Steering.Analysis.Experiments;

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
