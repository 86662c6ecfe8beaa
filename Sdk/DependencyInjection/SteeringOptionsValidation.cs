using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Steering.Chat;

namespace Steering.DependencyInjection;

/// <summary>Validates options by their attributes, with code that the compiler writes: trimmed programs lack the attributes' reflection.</summary>
internal static class SteeringOptionsValidation
{
    /// <summary>Validates the builder's options, those of no other name.</summary>
    public static void ValidateBy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(this OptionsBuilder<T> options, IValidateOptions<T> validator)
        where T : class
    {
        options.Services.AddSingleton<IValidateOptions<T>>(new OfName<T>(options.Name, validator));
        options.ValidateOnStart();
    }

    private sealed class OfName<T>(string own, IValidateOptions<T> validator) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            string.Equals(name, own, StringComparison.Ordinal) ? validator.Validate(name, options) : ValidateOptionsResult.Skip;
    }
}

/// <summary>By the attributes of <see cref="SteeringOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class SteeringOptionsValidator : IValidateOptions<SteeringOptions>;

/// <summary>By the attributes of <see cref="SteeredChatClientOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class SteeredChatClientOptionsValidator : IValidateOptions<SteeredChatClientOptions>;
