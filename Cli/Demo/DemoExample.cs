namespace Steering.Cli.Demo;

/// <summary>A prompt with two replies drawn alike.</summary>
/// <param name="User">What the user said last.</param>
/// <param name="Unsteered">The reply without the policy.</param>
/// <param name="Steered">The reply with it.</param>
internal sealed record DemoExample(string User, string Unsteered, string Steered);
