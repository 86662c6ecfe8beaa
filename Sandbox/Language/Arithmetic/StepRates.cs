namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>How often steps go wrong and are looked at again.</summary>
internal static class StepRates
{
    /// <summary>A calculation comes out wrong.</summary>
    public const double Wrong = 0.18;

    /// <summary>Of the wrong ones, the share where the operation is wrong rather than the result (where it can be).</summary>
    public const double WrongOperation = 0.25;

    /// <summary>A reflection follows a wrong step.</summary>
    public const double ReflectOnWrong = 0.55;

    /// <summary>A reflection follows a right step.</summary>
    public const double ReflectOnRight = 0.12;

    /// <summary>A reflection on a wrong step repairs it; otherwise it confirms the mistake.</summary>
    public const double Repair = 0.9;

    /// <summary>Another way follows a wrong step without reflection.</summary>
    public const double BacktrackOnWrong = 0.30;

    /// <summary>Another way follows a right step without reflection.</summary>
    public const double BacktrackOnRight = 0.05;
}
